import type { Entry } from "./entry";

/** Who came, and what for. */
export class Visit {
  readonly address: string;
  readonly target: string;

  constructor({ address, target }: Entry) {
    this.address = address;
    this.target = target;
  }
}

const visits: Visit[] = [];

/** Remembers a visit, and never forgets one: the leak that the demo shows. */
export function remember(entry: Entry): void {
  visits.push(new Visit(entry));
}
