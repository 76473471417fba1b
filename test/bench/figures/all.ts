/** Every figure, in the order in which they are measured and shown. */
import type { Figure } from "../measurement.ts";
import { coldStartFigures } from "./cold-start.ts";
import { fairnessFigures } from "./fairness.ts";
import { guestCallFigures } from "./guest-calls.ts";
import { httpFigures } from "./http.ts";
import { memoryFigures } from "./memory.ts";
import { oneWayFigures } from "./one-way.ts";
import { publishFigures } from "./publish.ts";
import { requestFigures } from "./request.ts";

export const FIGURES: readonly Figure[] = [
  ...oneWayFigures,
  ...requestFigures,
  ...publishFigures,
  ...httpFigures,
  ...guestCallFigures,
  ...coldStartFigures,
  ...memoryFigures,
  ...fairnessFigures,
];
