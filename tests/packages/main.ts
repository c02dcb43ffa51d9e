/**
 * `deno task test:packages`: builds the package as npm has it, installs it into fresh projects, and uses it there; and uses the
 * sources from a server. Neither this nor what it imports is named like the tests that run everywhere.
 *
 * @module
 */
import "./install.ts";
import "./pages.ts";
import "./served.ts";
import "./sizes.ts";
