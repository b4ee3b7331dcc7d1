import React, { useState as state, memo } from "react";
import * as path from 'node:path';
import "./side-effect.js";
export { helper as default } from "./helper";
export * from "./all";
const fs = require("fs"), { join: j, sep } = require("path");

/**
 * Adds two numbers.
 * @returns the sum
 */
export function add(a, b = 1) {
  return plus(a, b);
}

// A counter
// of things.
export class Counter extends Base {
  #count = 0;
  static LIMIT = 10;
  constructor(start) {
    super(start);
    this.start = start;
  }
  async *steps() { yield new Step(this); }
  get total() { return this.#count; }
}

export const double = (x) => x * 2;
const api = {
  get(url) { return fetch(url); },
  post: async (url, body) => send(url, body),
};
let mutable = 1;
module.exports.late = function (x) { throw new errors.Late(x); };
const View = memo(function View({ title }) { return <Title text={title}><b/></Title>; });
