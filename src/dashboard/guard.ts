import { isIP } from "node:net";

/** What is looked at of a request. */
export interface RequestFacts {
  readonly method: string | undefined;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** The header `Sec-Fetch-Site`: who asks, as the browser says. */
  readonly site: string | undefined;
  /** The header `Sec-Fetch-Dest`: what for. */
  readonly destination: string | undefined;
}

/** Why a request is refused. */
export interface Refusal {
  readonly status: 403 | 405;
  readonly message: string;
}

/**
 * Refuses what is not the user's own page. A page from elsewhere could reach this server by a name that it lets point to
 * this machine, so the `Host` must be one that only this machine has; and it could ask by the right name, so the origin
 * must be the server's own.
 *
 * @param request The request.
 * @param hostname The address that the server listens at, as the user gave it.
 * @returns Why it is refused; `undefined` if it is not.
 */
export function refusalOf(request: RequestFacts, hostname: string): Refusal | undefined {
  const { method, host, origin, site, destination } = request;
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, message: `Cannot answer ${method}: the dashboard can only be read` };
  }
  const name = nameOf(host);
  if (name === undefined || !isOwnName(name, hostname)) {
    return { status: 403, message: "Cannot answer a request for another host" };
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host!.toLowerCase()}`) {
    return { status: 403, message: "Cannot answer a request from another origin" };
  }
  // A link on another page may lead here, but no frame or script of it.
  const isOwn = site === undefined || site === "none" || site === "same-origin";
  if (!isOwn && destination !== "document") {
    return { status: 403, message: "Cannot answer a request from another site" };
  }
  return undefined;
}

/** The name or address in a `Host`, without its port and brackets; `undefined` if it is none. */
function nameOf(host: string | undefined): string | undefined {
  const [, address, name] =
    /^(?:\[([\da-f:.]+)\]|([^:@/\\?#\s[\]]+))(?::\d{1,5})?$/i.exec(host ?? "") ?? [];
  return (address ?? name)?.toLowerCase();
}

/** No page can let a name that is an address, or `localhost`, point elsewhere. */
function isOwnName(name: string, hostname: string): boolean {
  if (name === "localhost" || name === hostname.toLowerCase()) return true;
  return isLoopback(hostname) ? isLoopback(name) : isIP(name) !== 0;
}

function isLoopback(name: string): boolean {
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}
