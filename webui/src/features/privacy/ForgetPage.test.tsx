import { create } from "@bufbuild/protobuf";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { Role } from "../../api/gen/footfall/v1/auth_service_pb";
import { CustomerService } from "../../api/gen/footfall/v1/customer_service_pb";
import { type CreateErasureRequest, ErasureKind, ErasureSchema, ErasureService } from "../../api/gen/footfall/v1/erasure_service_pb";
import { ImageService } from "../../api/gen/footfall/v1/image_service_pb";
import { type CreateOptOutRequest, OptOutService } from "../../api/gen/footfall/v1/opt_out_service_pb";
import { UserService } from "../../api/gen/footfall/v1/user_service_pb";
import { customerOf } from "../../testing/people";
import { refusal, renderConsole } from "../../testing/renderConsole";
import { uuid } from "../../testing/shop";
import { readSubject } from "./subjectRef";

const PICTURE = new File(["face"], "front.jpg", { type: "image/jpeg" });
const THRESHOLDS = { match: 0.52, new: 0.42 };
const ADA = { customerId: uuid("4", 1), displayName: "Ada Brandt", number: 1n, score: 0.71, imageId: uuid("5", 1) };
const WAITING = { customerId: uuid("4", 2), isWaiting: true, score: 0.45 };
const MADE = create(ErasureSchema, { erasureId: uuid("e", 1), kind: ErasureKind.CUSTOMER, subjectId: ADA.customerId, ticket: "DSR-7" });

function open(
  erasures: Partial<ServiceImpl<typeof ErasureService>> = {},
  role = Role.TENANT_ADMIN,
  optOuts: Partial<ServiceImpl<typeof OptOutService>> = {},
) {
  return renderConsole({
    path: "/privacy/forget",
    role,
    services: (core) => {
      core.service(ErasureService, {
        listErasures: () => ({}),
        findErasureSubjects: () => ({ candidates: [ADA, WAITING], thresholds: THRESHOLDS }),
        previewErasure: ({ subjectId }) =>
          subjectId === WAITING.customerId
            ? { subjectId, kind: ErasureKind.CUSTOMER, removed: { faces: 1 } }
            : { subjectId, kind: ErasureKind.CUSTOMER, displayName: "Ada Brandt", number: 1n, removed: { faces: 4, visits: 1 } },
        ...erasures,
      });
      core.service(CustomerService, { listCustomers: ({ number }) => ({ customers: number === 12n ? [customerOf(12)] : [] }) });
      core.service(OptOutService, { listOptOuts: () => ({}), ...optOuts });
      core.service(UserService, { listUsers: () => ({}) });
      core.service(ImageService, { getImage: () => ({ contentType: "image/jpeg", data: new Uint8Array(1) }) });
    },
  });
}

async function drop(file = PICTURE): Promise<void> {
  fireEvent.drop(await screen.findByTestId("drop-zone"), { dataTransfer: { files: [file], types: ["Files"] } });
}

afterEach(() => {
  vi.restoreAllMocks();
});

it("reads numbers and addresses of pages, and nothing else", () => {
  expect(readSubject(" 812 ")).toEqual({ by: "number", number: 812n });
  expect(readSubject("#812")).toEqual({ by: "number", number: 812n });
  const subjectId = uuid("4", 7);
  expect(readSubject(`https://footfall.example/customers/${subjectId}?day=1`)).toEqual({ by: "id", subjectId });
  expect(readSubject(subjectId.toUpperCase())).toEqual({ by: "id", subjectId });
  for (const text of ["", "0", "Ada", "12 34", "-3", "1".repeat(19)]) expect(readSubject(text)).toBeUndefined();
});

it("goes from a picture to the receipt", async () => {
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => (blob === PICTURE ? "blob:brought" : "blob:other"));
  const searches: { image: string; ticket: string }[] = [];
  const orders: CreateErasureRequest[] = [];
  let complete = false;
  open({
    findErasureSubjects: ({ image, ticket }) => {
      searches.push({ image: new TextDecoder().decode(image), ticket });
      return { candidates: [ADA, WAITING], thresholds: THRESHOLDS };
    },
    createErasure: (request) => {
      orders.push(request);
      return MADE;
    },
    getErasure: () => (complete ? { ...MADE, receipt: "signed" } : MADE),
  });
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("Ticket number"), "DSR-7");
  await drop();
  expect(await screen.findByText("2 people resemble the picture")).toBeDefined();
  expect(searches).toEqual([{ image: "face", ticket: "DSR-7" }]);
  const [first, second] = screen.getAllByTestId("candidate").map((each) => within(each));
  expect(first!.getByText("A camera would take this picture for them")).toBeDefined();
  expect(first!.getByRole("img", { name: "The picture you brought" }).getAttribute("src")).toBe("blob:brought");
  expect(first!.getByRole("link", { name: /Open the page of Ada Brandt/ }).getAttribute("href")).toBe(`/customers/${ADA.customerId}`);
  expect(second!.getByText("A camera would not decide on them")).toBeDefined();
  expect(second!.queryByRole("link"), "who waits has no page").toBeNull();
  await user.click(first!.getByRole("button", { name: "It is this person: Ada Brandt" }));
  expect(await screen.findByText("4 faces that they are recognised by")).toBeDefined();
  expect(screen.getByText("customers who were merged into this one, if there are any")).toBeDefined();
  expect(document.activeElement?.textContent).toBe("Erase this person?");
  expect(screen.getByLabelText("Ticket number"), "carried along").toHaveProperty("value", "DSR-7");
  const erase = screen.getByRole("button", { name: "Erase for ever" });
  expect(erase).toHaveProperty("disabled", true);
  await user.type(screen.getByLabelText("Type Ada Brandt to confirm"), "Ada Brandt");
  expect(revoked).not.toHaveBeenCalledWith("blob:brought");
  await user.click(erase);
  expect(await screen.findByRole("heading", { name: "They are forgotten" })).toBeDefined();
  expect(orders.map(({ subjectId, ticket }) => [subjectId, ticket])).toEqual([[ADA.customerId, "DSR-7"]]);
  expect(revoked, "the picture is gone with them").toHaveBeenCalledWith("blob:brought");
  expect(screen.queryByRole("button", { name: /^Download the receipt/ })).toBeNull();
  complete = true;
  expect(await screen.findByRole("heading", { name: "All of them is gone" })).toBeDefined();
  expect(screen.getByRole("button", { name: /^Download the receipt/ })).toBeDefined();
});

it("gives the picture back when the page is left", async () => {
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => (blob === PICTURE ? "blob:brought" : "blob:other"));
  const { router } = open();
  await drop();
  await screen.findByText("2 people resemble the picture");
  expect(revoked).not.toHaveBeenCalledWith("blob:brought");
  await router.navigate("/nowhere");
  await waitFor(() => {
    expect(revoked).toHaveBeenCalledWith("blob:brought");
  });
});

it("asks for a word where there is no name, and goes back to the others", async () => {
  open();
  const user = userEvent.setup();
  await drop();
  await user.click(await screen.findByRole("button", { name: "It is this person: Somebody seen once" }));
  expect(await screen.findByLabelText("Type erase to confirm")).toBeDefined();
  await user.click(screen.getByRole("button", { name: "Somebody else" }));
  expect(await screen.findByText("2 people resemble the picture")).toBeDefined();
  expect(document.activeElement?.textContent).toBe("Who asks?");
});

it("says that nobody resembles the picture", async () => {
  open({ findErasureSubjects: () => ({ candidates: [], thresholds: THRESHOLDS }) });
  await drop();
  expect(await screen.findByText("Nobody resembles this picture")).toBeDefined();
});

it("erases somebody who does not want to be recognised again, and keeps them on the list", async () => {
  const orders: CreateOptOutRequest[] = [];
  open({ getErasure: ({ erasureId }) => ({ ...MADE, erasureId, receipt: "signed" }) }, Role.TENANT_ADMIN, {
    createOptOut: (request) => {
      orders.push(request);
      return { optOutId: uuid("8", 1), erasureId: MADE.erasureId, inForce: true };
    },
  });
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("Ticket number"), "OUT-7");
  await drop();
  await user.click(await screen.findByRole("button", { name: "It is this person: Ada Brandt" }));
  const wish = await screen.findByRole("switch", { name: "And do not recognise this person again" });
  expect(wish.getAttribute("aria-checked"), "nobody is kept unasked").toBe("false");
  await user.click(wish);
  expect(screen.getByText(/Who comes again is counted, and not recognised/)).toBeDefined();
  await user.type(screen.getByLabelText("Type Ada Brandt to confirm"), "Ada Brandt");
  await user.click(screen.getByRole("button", { name: "Erase for ever" }));
  expect(await screen.findByRole("heading", { name: "All of them is gone" })).toBeDefined();
  expect(orders.map(({ subject, ticket, consentGiven }) => [subject, ticket, consentGiven])).toEqual([
    [{ case: "subjectId", value: ADA.customerId }, "OUT-7", true],
  ]);
});

it("leaves somebody out whom nobody resembles, with their consent only", async () => {
  const orders: CreateOptOutRequest[] = [];
  open({ findErasureSubjects: () => ({ candidates: [], thresholds: THRESHOLDS }) }, Role.TENANT_ADMIN, {
    createOptOut: (request) => {
      orders.push(request);
      return { optOutId: uuid("8", 1), inForce: true };
    },
  });
  const user = userEvent.setup();
  await drop();
  const send = await screen.findByRole("button", { name: "Leave this person out" });
  expect(send).toHaveProperty("disabled", true);
  await user.click(screen.getByRole("switch", { name: "Do not recognise this person from now on" }));
  await user.click(send);
  expect(await screen.findByText(/They are left out from now on/)).toBeDefined();
  expect(screen.getByRole("link", { name: "To the list" }).getAttribute("href")).toBe("/privacy");
  const [order] = orders;
  expect(order!.subject.case === "image" && new TextDecoder().decode(order!.subject.value)).toBe("face");
  expect(order!.consentGiven).toBe(true);
});

it("says why a picture is not good enough to leave somebody out by", async () => {
  open({ findErasureSubjects: () => ({ candidates: [], thresholds: THRESHOLDS }) }, Role.TENANT_ADMIN, {
    createOptOut: () => {
      throw refusal(Code.InvalidArgument, "FACE_TOO_SMALL", { metadata: { measured: "20", needed: "32" } });
    },
  });
  const user = userEvent.setup();
  await drop();
  await user.click(await screen.findByRole("switch", { name: "Do not recognise this person from now on" }));
  await user.click(screen.getByRole("button", { name: "Leave this person out" }));
  expect(await screen.findByText("20 pixels between the eyes; at least 32 are needed.")).toBeDefined();
});

it("says why a picture cannot be used, with the figures, and why a file is none", async () => {
  open({
    findErasureSubjects: () => {
      throw refusal(Code.InvalidArgument, "FACE_TOO_SMALL", { metadata: { measured: "20", needed: "32" } });
    },
  });
  await drop();
  expect(await screen.findByText("20 pixels between the eyes; at least 32 are needed.")).toBeDefined();
  await drop(new File(["%PDF"], "letter.pdf", { type: "application/pdf" }));
  expect(await screen.findByText("This is no picture that can be used")).toBeDefined();
});

it("tries again what the core had no time for", async () => {
  let away = true;
  open({
    findErasureSubjects: () => {
      if (away) throw refusal(Code.Unavailable, "STORE_UNAVAILABLE");
      return { candidates: [ADA], thresholds: THRESHOLDS };
    },
  });
  await drop();
  const alert = within(await screen.findByRole("alert"));
  away = false;
  await userEvent.click(alert.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("1 person resembles the picture")).toBeDefined();
});

it("finds a customer by number, and says when there is none", async () => {
  const asked: string[] = [];
  open({
    previewErasure: ({ subjectId }) => {
      asked.push(subjectId);
      return { subjectId, kind: ErasureKind.CUSTOMER, number: 12n, removed: { faces: 2 } };
    },
  });
  const user = userEvent.setup();
  const field = await screen.findByLabelText("Or the number of a customer");
  await user.type(field, "Ada{Enter}");
  expect(await screen.findByText(/^Type a number, or paste the address/)).toBeDefined();
  await user.clear(field);
  await user.type(field, "13{Enter}");
  expect(await screen.findByText(/^No customer has this number/)).toBeDefined();
  await user.clear(field);
  await user.type(field, "12{Enter}");
  expect(await screen.findByLabelText("Type Visitor 12 to confirm")).toBeDefined();
  expect(asked).toEqual([uuid("4", 12)]);
});

it("says when somebody was erased meanwhile", async () => {
  open({
    createErasure: () => {
      throw refusal(Code.NotFound, "CUSTOMER_NOT_FOUND");
    },
  });
  const user = userEvent.setup();
  await drop();
  await user.click(await screen.findByRole("button", { name: "It is this person: Ada Brandt" }));
  await user.type(await screen.findByLabelText("Type Ada Brandt to confirm"), "ada brandt");
  await user.click(screen.getByRole("button", { name: "Erase for ever" }));
  expect(await screen.findByRole("alert")).toBeDefined();
  expect(screen.getByRole("heading", { name: "Erase this person?" })).toBeDefined();
});

it("tells that a ticket was done already", async () => {
  open({ listErasures: ({ ticket }) => ({ erasures: ticket === "DSR 7" ? [MADE] : [] }) });
  const user = userEvent.setup();
  await user.type(await screen.findByLabelText("Ticket number"), "DSR 7");
  await user.tab();
  expect(await screen.findByText(/Under this ticket somebody was erased already/)).toBeDefined();
  expect(screen.getByRole("link", { name: "Show it" }).getAttribute("href")).toBe("/privacy?ticket=DSR%207");
});

it("is not for a site manager", async () => {
  open({}, Role.SITE_MANAGER);
  expect(await screen.findByText("Your role does not show this page")).toBeDefined();
  expect(screen.queryByTestId("drop-zone")).toBeNull();
});
