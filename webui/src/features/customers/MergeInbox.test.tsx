import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { CameraService } from "../../api/gen/footfall/v1/camera_service_pb";
import {
  CustomerService,
  MergeConflictKind,
  MergeConflictSchema,
  type MergeSuggestion,
  MergeSuggestionKind,
  MergeSuggestionSchema,
} from "../../api/gen/footfall/v1/customer_service_pb";
import { SiteService } from "../../api/gen/footfall/v1/site_service_pb";
import { customerOf, sightingOf } from "../../testing/people";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { CAMERA, SITE, uuid } from "../../testing/shop";

const PEOPLE = [customerOf(1, { displayName: "Ann" }), customerOf(2), customerOf(3), customerOf(4, { displayName: "Bob", visitCount: 5 })];
const MERGE_ID = uuid("8", 1);

function suggestion(number: number, one: number, other: number): MergeSuggestion {
  return create(MergeSuggestionSchema, {
    suggestionId: uuid("7", number),
    kind: MergeSuggestionKind.MERGE,
    customerId: uuid("4", one),
    otherIds: [uuid("4", other)],
    score: 0.7,
    threshold: 0.52,
  });
}

function open(options: { suggestions?: MergeSuggestion[]; apart?: boolean; role?: Role; path?: string } = {}) {
  let suggestions = options.suggestions ?? [suggestion(1, 1, 2), suggestion(2, 3, 4)];
  const calls = vi.fn();
  const answered = (id: string) => {
    if (!suggestions.some(({ suggestionId }) => suggestionId === id)) throw refusal(Code.NotFound, "SUGGESTION_NOT_FOUND");
    suggestions = suggestions.filter(({ suggestionId }) => suggestionId !== id);
  };
  const rendered = renderConsole({
    path: options.path ?? "/customers/merges",
    role: options.role ?? Role.TENANT_ADMIN,
    services: (router) => {
      router.service(SiteService, { listSites: () => ({ sites: [SITE] }) });
      router.service(CameraService, { listCameras: () => ({ cameras: [CAMERA] }) });
      router.service(CustomerService, {
        listMergeSuggestions: () => ({ suggestions, matchThreshold: 0.55, newThreshold: 0.42 }),
        getCustomer: ({ customerId }) => {
          const found = PEOPLE.find((each) => each.customerId === customerId);
          if (!found) throw refusal(Code.NotFound, "CUSTOMER_NOT_FOUND");
          return found;
        },
        listSightings: ({ customerId }) => ({ sightings: [sightingOf(1, 0, { customerId })] }),
        listMerges: () => ({ merges: [] }),
        acceptMergeSuggestion: ({ suggestionId }) => {
          answered(suggestionId);
          calls("accept", suggestionId);
          return { customerId: uuid("4", 1), mergeId: MERGE_ID };
        },
        dismissMergeSuggestion: ({ suggestionId }) => {
          answered(suggestionId);
          calls("dismiss", suggestionId);
          return {};
        },
        markDistinct: ({ customerId, otherCustomerId }) => {
          calls("mark", customerId, otherCustomerId);
          return {};
        },
        unmarkDistinct: ({ customerId, otherCustomerId }) => {
          calls("unmark", customerId, otherCustomerId);
          return {};
        },
        unmergeCustomers: ({ mergeId }) => {
          calls("unmerge", mergeId);
          return { mergeId };
        },
        mergeCustomers: ({ customerId, sourceCustomerIds, validateOnly, force, reason }) => {
          const conflicts = options.apart
            ? [create(MergeConflictSchema, { customerId, otherCustomerId: sourceCustomerIds[0]!, kind: MergeConflictKind.SEEN_TOGETHER, cameraId: CAMERA.cameraId })]
            : [];
          if (!validateOnly) calls("merge", customerId, sourceCustomerIds, force, reason);
          return { mergeId: validateOnly ? "" : MERGE_ID, customerId, sourceCustomerIds, visitsBefore: 4, visitsAfter: 3, conflicts };
        },
      });
    },
  });
  return {
    ...rendered,
    calls,
    decideElsewhere: () => {
      suggestions = suggestions.slice(1);
    },
  };
}

const press = (key: string) => fireEvent.keyDown(document.body, { key });
const said = (words: string) => screen.findByText(words);

it("names who stays with the visits, and what the merge would do", async () => {
  open();
  expect(await screen.findByRole("button", { name: "Merge 2 visits of Visitor 2 into Ann" })).toBeDefined();
  expect(await screen.findByText(/4 visits together, 3 afterwards/)).toBeDefined();
  expect(screen.getByText("2 questions left")).toBeDefined();
  expect(screen.getByRole("img", { name: "Alike: Alike 0.70, same from 0.55, new below 0.42" })).toBeDefined();
  expect(screen.getByText("Asked from 0.52 on.")).toBeDefined();
});

it("answers by keys, and takes the answers back on the server", async () => {
  const { calls } = open();
  const ready = await screen.findByRole("button", { name: /into Ann/ });
  expect(ready).toHaveProperty("disabled", false);
  press("y");
  expect(await said("Merged.")).toBeDefined();
  expect(await screen.findByRole("button", { name: /into Bob/ }), "the one with a name stays").toBeDefined();
  press("n");
  expect(await said("Marked as two people: they will not be suggested again.")).toBeDefined();
  expect(await said("No open question")).toBeDefined();
  press("z");
  expect(await said("Taken back.")).toBeDefined();
  expect(await screen.findByRole("button", { name: /into Bob/ })).toBeDefined();
  press("z");
  expect(await screen.findByRole("button", { name: /into Ann/ })).toBeDefined();
  expect(calls.mock.calls).toEqual([
    ["accept", uuid("7", 1)],
    ["dismiss", uuid("7", 2)],
    ["unmark", uuid("4", 3), uuid("4", 4)],
    ["unmerge", MERGE_ID],
  ]);
});

it("skips to the next, and comes back at the end", async () => {
  open();
  await screen.findByRole("button", { name: /into Ann/ });
  press("s");
  await screen.findByRole("button", { name: /into Bob/ });
  press("s");
  expect(await screen.findByRole("button", { name: /into Ann/ })).toBeDefined();
  expect(screen.getByText("2 questions left")).toBeDefined();
});

it("swaps who stays, and then merges the other way round", async () => {
  const { calls } = open();
  await screen.findByRole("button", { name: /into Ann/ });
  press("x");
  const swapped = await screen.findByRole("button", { name: "Merge 2 visits of Ann into Visitor 2" });
  await waitFor(() => {
    expect(swapped).toHaveProperty("disabled", false);
  });
  press("y");
  expect(await said("Merged.")).toBeDefined();
  expect(calls).toHaveBeenCalledWith("merge", uuid("4", 2), [uuid("4", 1)], false, "");
});

it("leaves keys alone that are meant for a field, for the browser, or that are switched off", async () => {
  const { calls } = open({ apart: true });
  const reason = await screen.findByLabelText(/Why they are one/);
  const user = userEvent.setup();
  await user.type(reason, "yns");
  expect(screen.getByText("2 questions left")).toBeDefined();
  fireEvent.keyDown(document.body, { key: "s", ctrlKey: true });
  await user.click(screen.getByRole("checkbox", { name: "Answer by keys:" }));
  press("n");
  press("s");
  expect(await screen.findByLabelText(/Why they are one/), "still the same question").toBe(reason);
  expect(calls).not.toHaveBeenCalled();
});

it("explains why two cannot be one, and merges them only with a reason", async () => {
  const { calls } = open({ apart: true });
  const user = userEvent.setup();
  const panel = await screen.findByRole("form", { name: "They cannot be one person by what is known" });
  expect(within(panel).getByText(/Entrance saw both at the same moment/)).toBeDefined();
  expect(screen.getByRole("button", { name: /into Ann/ })).toHaveProperty("disabled", true);
  expect(within(panel).getByRole("button", { name: "Merge anyway" })).toHaveProperty("disabled", true);
  await user.type(within(panel).getByLabelText(/Why they are one/), "a mirror");
  await user.click(within(panel).getByRole("button", { name: "Merge anyway" }));
  expect(await said("Merged.")).toBeDefined();
  expect(calls).toHaveBeenCalledWith("merge", uuid("4", 1), [uuid("4", 2)], true, "a mirror");
});

it("goes on when somebody else answered the same question", async () => {
  const { decideElsewhere, calls } = open();
  await screen.findByRole("button", { name: /into Ann/ });
  decideElsewhere();
  press("y");
  expect(await said("Somebody else answered that question.")).toBeDefined();
  expect(await screen.findByRole("button", { name: /into Bob/ })).toBeDefined();
  expect(calls).not.toHaveBeenCalled();
});

it("shows a site manager the questions, and no answers", async () => {
  open({ role: Role.SITE_MANAGER });
  expect(await said("Only administrators can answer.")).toBeDefined();
  expect(screen.queryByRole("button", { name: /into Ann/ })).toBeNull();
});

it("merges by hand with somebody who is picked, after both were looked at", async () => {
  const { calls, router } = open({ path: `/customers/${uuid("4", 1)}/merge?with=${uuid("4", 2)}` });
  const merge = await screen.findByRole("button", { name: "Merge 2 visits of Visitor 2 into Ann" });
  await waitFor(() => {
    expect(merge).toHaveProperty("disabled", false);
  });
  await userEvent.click(merge);
  await waitFor(() => {
    expect(router.state.location.pathname).toBe(`/customers/${uuid("4", 1)}`);
  });
  expect(calls).toHaveBeenCalledExactlyOnceWith("merge", uuid("4", 1), [uuid("4", 2)], false, "");
});
