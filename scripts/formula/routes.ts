/** The routes of HTTP-triggered atoms, in hono's path syntax: `/counter/*`, `/users/:id`, `/users/:id{[0-9]+}`, `/feed/:page?`. */

export interface RouteMistake {
  readonly message: string;
  readonly remedy: string;
}

/** What is wrong with a route, or undefined. */
export function routeMistake(route: string): RouteMistake | undefined {
  if (!route.startsWith("/")) return mistake(`The route "${route}" does not start with a slash.`, `Write "/${route}".`);
  const odd = /[\s?#\\]/.exec(route.replace(/\{[^}]*\}/g, "").replace(/(:\w+)\?(?=\/|$)/g, "$1"));
  if (odd !== null)
    return mistake(
      `The route "${route}" holds ${JSON.stringify(odd[0])}.`,
      "A route is a path only, without spaces, query or fragment.",
    );
  if (/^\/_radon(\/|$)/.test(route)) {
    return mistake(`The route "${route}" is reserved: /_radon is the control API.`, "Choose another first segment.");
  }
  return segmentsOf(route)
    .map((segment, index, all) => segmentMistake(route, segment, index === all.length - 1))
    .find(Boolean);
}

/** Splits at the slashes outside of braces: a parameter's expression may hold slashes of its own. */
function segmentsOf(route: string): string[] {
  return route.slice(1).match(/(?:\{[^}]*\}|[^/{]|\{)+/g) ?? [];
}

function segmentMistake(route: string, segment: string, last: boolean): RouteMistake | undefined {
  if (segment === "*") return undefined;
  if (segment.startsWith(":")) return parameterMistake(route, segment, last);
  if (segment.includes("*")) {
    return mistake(
      `In the route "${route}", "*" is part of the segment "${segment}".`,
      'A "*" stands for whole segments: "/counter/*".',
    );
  }
  if (/[{}?]/.test(segment)) {
    return mistake(
      `In the route "${route}", the segment "${segment}" holds braces or "?".`,
      'Only parameters take them: "/users/:id{[0-9]+}", "/feed/:page?".',
    );
  }
  return undefined;
}

function parameterMistake(route: string, segment: string, last: boolean): RouteMistake | undefined {
  const parts = /^:([A-Za-z_][A-Za-z0-9_]*)(?:\{([^}]+)\})?(\?)?$/.exec(segment);
  if (parts === null) {
    return mistake(
      `In the route "${route}", "${segment}" is no parameter.`,
      'A parameter is ":name", ":name{expression}" or, as the last segment, ":name?".',
    );
  }
  if (parts[3] !== undefined && !last) {
    return mistake(
      `In the route "${route}", the optional "${segment}" is not the last segment.`,
      'Only the last segment may be optional: "/feed/:page?".',
    );
  }
  return parts[2] === undefined || isExpression(parts[2])
    ? undefined
    : mistake(
        `In the route "${route}", "${parts[2]}" is no regular expression.`,
        'Write one that is, for example ":id{[0-9]+}".',
      );
}

function isExpression(text: string): boolean {
  try {
    return new RegExp(text).source !== "";
  } catch {
    return false;
  }
}

/** Two routes of one key match the same paths: the names of parameters do not matter. */
export function routeKey(route: string): string {
  return `/${segmentsOf(route)
    .map((segment) => segment.replace(/^:[A-Za-z0-9_]+/, ":"))
    .join("/")}`;
}

function mistake(message: string, remedy: string): RouteMistake {
  return { message, remedy };
}
