/**
 * The colors of task names on a timeline, the same in dark and in light: the white labels on them are read well, and no
 * two are taken for each other, nor for the color of failures.
 */
export const NAME_COLORS: readonly string[] = [
  ...["#2f6db3", "#257e6d", "#7b52b5", "#92621a"],
  ...["#a8417f", "#5b7420", "#4f5fc4", "#1c7a96"],
];

/** The color of all other names. */
export const OTHER_COLOR = "#6a7480";
