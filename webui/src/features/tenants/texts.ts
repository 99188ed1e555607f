import { texts } from "../../i18n/texts";

export const t = texts("features/tenants", {
  title: "Tenants",
  note: "The chains that share this installation. What you do while you act for one is in its audit log.",
  add: "Add tenant",
  addATenant: "Add a tenant",
  name: "Name",
  nameMissing: "A tenant needs a name.",
  nameTaken: "This name is taken.",
  search: "Search by name",
  caption: "Tenants by name",
  since: "Since",
  act: "Act for it",
  actFor: "Act for {tenant}",
  stop: "Stop",
  acting: "Acting for it",
  none: "No tenant yet",
  noneHint: "A tenant is one chain of shops. Add it, then act for it to add its sites and people.",
  noMatch: "No tenant is called so",
  noMatchHint: "Search for a part of its name.",
});
