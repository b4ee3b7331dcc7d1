import type { Api, Reply as R } from "./api";
import fs = require("fs");

export interface Shape<T> extends Named, Sized<T> {
  /** How wide. */
  readonly width: number;
  area(scale?: number): number;
}

type Id = string | Key;
export type Options = {
  depth: number;
};

export enum Color {
  Red,
  Green = "green",
}

export namespace util {
  export const limit = 3;
  export function trim(text: string): string;
}

@sealed
export abstract class Store<T> implements Shape<T> {
  private readonly items: Map<string, T> = new Map();
  constructor(private api: Api, size: number) {}
  abstract load(id: Id): Promise<T | undefined>;
  protected async find<K extends keyof T>(
    key: K,
    // the value
    value: T[K],
  ): Promise<R[]> {
    try {
      return await this.api.search(key as Id);
    } catch (problem) {
      throw new StoreError("größe", { cause: problem });
    }
  }
}

export const handler = async (request: Request): Promise<Response> => {
  const inner = () => respond<Reply>(request);
  return inner();
};
export const VERSION = "1.0", debug = false;
declare const injected: Injected;
export default function main(...names: string[]): void {}
