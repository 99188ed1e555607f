import type { QualityGate } from "../../api/gen/footfall/v1/explanation_pb";

/** One figure of a shot, and what it had to reach for either purpose. */
export interface GateRow {
  readonly name: string;
  readonly value: number;
  readonly match: number | undefined;
  readonly create: number | undefined;
}

/** The wire has a gate per figure and purpose; people read a figure once. */
export function gateRows(gates: readonly QualityGate[]): readonly GateRow[] {
  const names = [...new Set(gates.map(({ name }) => name))];
  return names.map((name) => {
    const of = (purpose: string) => gates.find((gate) => gate.name === name && gate.purpose === purpose);
    const match = of("match");
    const create = of("create");
    return { name, value: (match ?? create)?.value ?? 0, match: match?.needed, create: create?.needed };
  });
}
