/**
 * The first part of `deno task test:browser`: the tests of the report, of the dashboard, of the example and of threads in a real
 * browser. They need Chromium or Chrome, so neither this nor what it imports is named like the tests that run everywhere.
 *
 * @module
 */
import "./contents.ts";
import "./example.ts";
import "./timeline.ts";
import "./look.ts";
import "./live.ts";
import "./threads.ts";
