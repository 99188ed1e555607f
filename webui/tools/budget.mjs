// Fails when a route needs more JavaScript than its budget: gzip -9 of the entry, the route's file and
// everything that both import statically. A kB is 1000 bytes.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const DIST = new URL("../dist/", import.meta.url);
const SHELL = "src/app/Shell.tsx";
const BUDGETS = [
  { route: "/sign-in", files: ["src/features/auth/SignInPage.tsx"], kB: 260 },
  { route: "/live", files: [SHELL, "src/features/live/LivePage.tsx"], kB: 300 },
  { route: "/visits", files: [SHELL, "src/features/visits/VisitsPage.tsx"], kB: 400 },
  { route: "/customers", files: [SHELL, "src/features/customers/CustomersPage.tsx"], kB: 400 },
  { route: "/customers/…", files: [SHELL, "src/features/customers/CustomerPage.tsx"], kB: 400 },
  {
    route: "/customers/merges",
    files: [SHELL, "src/features/customers/MergesPage.tsx", "src/features/customers/MergeInbox.tsx"],
    kB: 400,
  },
  { route: "/cameras", files: [SHELL, "src/features/cameras/CamerasPage.tsx"], kB: 400 },
  { route: "/cameras/…", files: [SHELL, "src/features/cameras/CameraPage.tsx"], kB: 400 },
  { route: "/reports", files: [SHELL, "src/features/reports/ReportsPage.tsx"], kB: 400 },
  { route: "/workers", files: [SHELL, "src/features/workers/WorkersPage.tsx"], kB: 400 },
  { route: "/staff", files: [SHELL, "src/features/staff/StaffPage.tsx"], kB: 400 },
  { route: "/staff/import", files: [SHELL, "src/features/staff/import/StaffImportsPage.tsx"], kB: 400 },
  { route: "/staff/import/…", files: [SHELL, "src/features/staff/import/StaffImportPage.tsx"], kB: 400 },
  { route: "/staff/…", files: [SHELL, "src/features/staff/StaffMemberPage.tsx"], kB: 400 },
  { route: "/sites", files: [SHELL, "src/features/sites/SitesPage.tsx"], kB: 300 },
  { route: "/tenants", files: [SHELL, "src/features/tenants/TenantsPage.tsx"], kB: 400 },
  { route: "/users", files: [SHELL, "src/features/users/UsersPage.tsx"], kB: 400 },
  { route: "/keys", files: [SHELL, "src/features/keys/KeysPage.tsx"], kB: 400 },
  { route: "/privacy", files: [SHELL, "src/features/privacy/PrivacyPage.tsx"], kB: 400 },
  { route: "/privacy/forget", files: [SHELL, "src/features/privacy/ForgetPage.tsx"], kB: 400 },
  { route: "/audit", files: [SHELL, "src/features/audit/AuditPage.tsx"], kB: 400 },
];

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", DIST), "utf8"));
const sizes = new Map();

function size(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(new URL(file, DIST)), { level: 9 }).length);
  return sizes.get(file);
}

function collect(key, seen) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`${key} is not in the manifest: is it still a lazy route?`);
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const imported of chunk.imports ?? []) collect(imported, seen);
  return seen;
}

let broken = 0;
for (const { route, files, kB } of BUDGETS) {
  const chunks = ["index.html", ...files].reduce((seen, file) => collect(file, seen), new Set());
  const used = [...chunks].reduce((sum, file) => sum + size(file), 0) / 1000;
  const over = used > kB;
  if (over) broken += 1;
  console.log(`${over ? "OVER" : "ok  "}  ${route.padEnd(18)} ${used.toFixed(0).padStart(4)} of ${kB} kB gzip`);
}
if (broken > 0) {
  console.error(`${broken} route(s) over budget`);
  process.exit(1);
}
