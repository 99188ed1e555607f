import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { ScoreRuler } from "./ScoreRuler";

function placeOf(container: HTMLElement, text: string): number {
  const found = [...container.querySelectorAll("text")].find((each) => each.textContent === text);
  return Number.parseFloat(found?.getAttribute("x") ?? "NaN");
}

it("says everything that it draws to who cannot see it", () => {
  render(
    <ScoreRuler
      match={0.52}
      fresh={0.42}
      marks={[
        { key: "1", label: "Best", score: 0.71, main: true },
        { key: "2", label: "Number 2", score: 0.38 },
      ]}
      name="Similarity"
    />,
  );
  expect(screen.getByRole("img").getAttribute("aria-label")).toBe(
    "Similarity: Best 0.71, Number 2 0.38, same from 0.52, new below 0.42",
  );
});

it("keeps scores in order on one scale, negative ones included", () => {
  const { container } = render(
    <ScoreRuler match={0.5} fresh={0.4} marks={[{ key: "1", label: "Best", score: -0.2, main: true }]} name="Similarity" />,
  );
  const places = ["-0.20", "new below 0.40", "same from 0.50"].map((text) => placeOf(container, text));
  expect(places.every((place) => place >= 0 && place <= 100)).toBe(true);
  expect([...places].sort((a, b) => a - b)).toEqual(places);
});

it("draws one threshold where there is only one", () => {
  const { container } = render(<ScoreRuler match={0.5} marks={[]} name="Similarity" />);
  expect([...container.querySelectorAll("text")].map((each) => each.textContent)).toEqual(["same from 0.50"]);
});
