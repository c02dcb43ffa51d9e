export function secret(): string {
  return "told";
}
