/**
 * Certificates for the tests' servers, which sign themselves: made here, since not every machine has a tool for it.
 *
 * @module
 */

/** A certificate for 127.0.0.1, and the key to it, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** The parts of DER that are needed: each begins with a tag. */
const INTEGER = 0x02, BITS = 0x03, OCTETS = 0x04, ID = 0x06, TEXT = 0x0c, TIME = 0x17;
const SEQUENCE = 0x30, SET = 0x31, VERSION = 0xa0, EXTENSIONS = 0xa3, IP_ADDRESS = 0x87;

const ECDSA_WITH_SHA256 = der(SEQUENCE, der(ID, [42, 134, 72, 206, 61, 4, 3, 2]));
const COMMON_NAME = der(ID, [85, 4, 3]);
const ALTERNATIVE_NAME = der(ID, [85, 29, 17]);

/** Makes a certificate that is valid from yesterday until tomorrow. */
export async function makeCertificate(): Promise<Certificate> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(ALGORITHM, true, ["sign"]);
  const text = new TextEncoder().encode("A test's server");
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(TEXT, text))));
  const addresses = der(OCTETS, der(SEQUENCE, der(IP_ADDRESS, [127, 0, 0, 1])));
  const content = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, [2])),
    der(INTEGER, [1]),
    ECDSA_WITH_SHA256,
    name,
    der(SEQUENCE, daysFromNow(-1), daysFromNow(1)),
    name,
    await exported("spki", publicKey),
    der(EXTENSIONS, der(SEQUENCE, der(SEQUENCE, ALTERNATIVE_NAME, addresses))),
  );
  const signature = new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey, content));
  const signed = der(SEQUENCE, integer(signature.slice(0, 32)), integer(signature.slice(32)));
  return {
    cert: pem("CERTIFICATE", der(SEQUENCE, content, ECDSA_WITH_SHA256, der(BITS, [0], signed))),
    key: pem("PRIVATE KEY", await exported("pkcs8", privateKey)),
  };
}

function der(tag: number, ...parts: ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.flatMap((part) => Array.from(part));
  const { length } = bytes;
  const low = length & 0xff;
  const size = length < 0x80 ? [low] : length < 0x100 ? [0x81, low] : [0x82, length >> 8, low];
  return Uint8Array.of(tag, ...size, ...bytes);
}

/** A number that is not negative, in as few bytes as there can be. */
function integer(bytes: Uint8Array): Uint8Array {
  const rest = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return der(INTEGER, rest[0]! < 0x80 ? rest : [0, ...rest]);
}

function daysFromNow(days: number): Uint8Array {
  const iso = new Date(Date.now() + days * 24 * 3_600_000).toISOString();
  return der(TIME, new TextEncoder().encode(`${iso.replace(/\D/g, "").slice(2, 14)}Z`));
}

async function exported(format: "spki" | "pkcs8", key: CryptoKey): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.exportKey(format, key));
}

function pem(what: string, bytes: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...bytes)).replace(/.{64}/g, "$&\n");
  return `-----BEGIN ${what}-----\n${lines}\n-----END ${what}-----\n`;
}
