/**
 * `first_result.ts LIST INDEX`: opens a pool with one worker, prints its first result and ends by itself.
 *
 * @module
 */
import process from "node:process";
import { processPools, threadPools } from "../pools.ts";

const [list, index] = process.argv.slice(2);
const pools = list === "threads" ? threadPools : processPools;
const pool = await pools[Number(index)].open(1);
console.log(await pool.run("increment", 1));
pool.close();
