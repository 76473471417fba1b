/** Every figure, in the order in which they are measured and shown. */
import type { Figure } from "../measurement.ts";
import { httpFigures } from "./http.ts";
import { oneWayFigures } from "./one-way.ts";
import { requestFigures } from "./request.ts";

export const FIGURES: readonly Figure[] = [...oneWayFigures, ...requestFigures, ...httpFigures];
