throw new TypeError("thrown at import");
export function never(): void {}
