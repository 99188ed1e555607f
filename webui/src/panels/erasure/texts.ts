import { texts } from "../../i18n/texts";

export const t = texts("panels/erasure", {
  goes: "What goes, for ever:",
  faces: { one: "{count} face that they are recognised by", other: "{count} faces that they are recognised by" },
  tracks: { one: "{count} sighting", other: "{count} sightings" },
  visits: { one: "{count} visit, also from the reports", other: "{count} visits, also from the reports" },
  images: { one: "{count} stored picture", other: "{count} stored pictures" },
  name: "the name that somebody gave them",
  mergedSome: {
    one: "{count} customer who was merged into this one",
    other: "{count} customers who were merged into this one",
  },
  mergedAny: "customers who were merged into this one, if there are any",
  after: "It cannot be undone. Who comes again comes as somebody new. The audit log keeps that you did it, and no name.",
  afterOptOut:
    "It cannot be undone. Who comes again is counted, and not recognised. The audit log keeps that you did it, and no name.",
  optOut: "And do not recognise this person again",
  optOutHint:
    "Only with the person's consent: to leave them out, a sealed template of their face is kept, and used for nothing else. They can change their mind at any time.",
  ticket: "Ticket number",
  ticketHint: "The number under which they asked. It stays, so it must not hold a name. It may be left empty.",
  type: "Type {phrase} to confirm",
  phrase: "erase",
  visitor: "Visitor {number}",
  staff: "Staff {number}",
  confirm: "Erase for ever",
  cancel: "Cancel",
  reading: "Counting what would go",
});
