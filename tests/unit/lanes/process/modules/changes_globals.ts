/** Changes what all modules of its realm use, as it is loaded. */
String.prototype.toUpperCase = () => "changed";

export const answer = (): number => 42;
