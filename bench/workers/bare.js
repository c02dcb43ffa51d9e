/**
 * A worker without any pool around it: answers a number with its successor, bytes with themselves.
 *
 * @module
 */
self.onmessage = ({ data }) => {
  if (typeof data === "number") self.postMessage(data + 1);
  else self.postMessage(data);
};
