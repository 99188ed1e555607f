import { Code } from "@connectrpc/connect";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { refusal, renderConsole } from "../../testing/renderConsole";

const TOKEN = "ffs_0199a000_secret";
const GOOD = "a better one than that";

function open(options: Partial<Parameters<typeof renderConsole>[0]> & { token?: string } = {}) {
  const { token = TOKEN, ...more } = options;
  window.history.replaceState(null, "", token === "" ? "/set-password" : `/set-password#${token}`);
  return renderConsole({ path: "/set-password", signedIn: false, ...more });
}

async function submit(password: string) {
  const user = userEvent.setup();
  const field = await screen.findByLabelText("New password");
  await user.clear(field);
  if (password !== "") await user.type(field, password);
  await user.click(screen.getByRole("button", { name: "Set password" }));
}

afterEach(() => {
  window.history.replaceState(null, "", "/");
});

it("sets the password by the token of the link, then leads to the sign-in", async () => {
  const setPassword = vi.fn(() => ({}));
  const { router } = open({ auth: { setPassword } });
  expect(window.location.href).not.toContain(TOKEN);
  await submit(GOOD);
  expect(await screen.findByText("Your password is set. Sign in with it.")).toBeDefined();
  expect(setPassword).toHaveBeenCalledWith(expect.objectContaining({ setupToken: TOKEN, newPassword: GOOD }), expect.anything());
  expect(router.state.location.pathname).toBe("/sign-in");
});

it("says what is wrong with a password, first by itself and then in the server's words", async () => {
  const setPassword = vi.fn(() => {
    throw refusal(Code.InvalidArgument, "INVALID_FIELD", { fields: { new_password: "must not be easily guessed" } });
  });
  open({ auth: { setPassword } });
  await submit("short");
  expect(screen.getByText("7 more characters are needed: 12 or more.")).toBeDefined();
  expect(setPassword).not.toHaveBeenCalled();
  await submit("passwordpassword");
  expect(await screen.findByText("must not be easily guessed")).toBeDefined();
});

it("says that a link was used", async () => {
  open({
    auth: {
      setPassword: () => {
        throw refusal(Code.Unauthenticated, "BAD_CREDENTIALS");
      },
    },
  });
  await submit(GOOD);
  expect((await screen.findByRole("alert")).textContent).toContain("This link is no longer good");
});

it("says that a link is not complete", async () => {
  open({ token: "" });
  expect((await screen.findByRole("alert")).textContent).toContain("This link is not complete");
});

it("signs out whoever used this browser before, and says so beforehand", async () => {
  const signOut = vi.fn(() => ({}));
  const { session } = open({ signedIn: true, auth: { setPassword: () => ({}), signOut } });
  expect(await screen.findByText(/signed in as Mara Lindqvist/)).toBeDefined();
  await submit(GOOD);
  await waitFor(() => {
    expect(session.ended()).toBe("signed-out");
  });
  expect(signOut).toHaveBeenCalled();
});
