import { Code } from "@connectrpc/connect";

import { translationOf } from "../i18n/active";
import { ErrorReason } from "./gen/footfall/v1/error_reason_pb";

export interface ErrorText {
  readonly title: string;
  readonly hint: string;
}

/** What is said in one language. The compiler refuses a reason without a text, here and in errorTexts.vi.ts. */
export interface ErrorTexts {
  readonly byReason: Readonly<Record<Exclude<ErrorReason, ErrorReason.UNSPECIFIED>, ErrorText>>;
  /** When the answer has no reason: it came from the gateway, or none came. */
  readonly byCode: Readonly<Partial<Record<Code, ErrorText>>>;
  readonly fallback: ErrorText;
}

const BY_REASON: ErrorTexts["byReason"] = {
  [ErrorReason.INVALID_FIELD]: { title: "Something in the form is not right", hint: "Check the marked fields." },
  [ErrorReason.MALFORMED_REQUEST]: {
    title: "The server could not read the request",
    hint: "Reload the page: the console may be older than the server.",
  },
  [ErrorReason.UNAUTHENTICATED]: { title: "You are signed out", hint: "Sign in again to go on." },
  [ErrorReason.BAD_CREDENTIALS]: {
    title: "E-mail address or password is wrong",
    hint: "Check both and try again.",
  },
  [ErrorReason.PERMISSION_DENIED]: {
    title: "Your account may not do this",
    hint: "An administrator can change what you may do.",
  },
  [ErrorReason.TENANT_REQUIRED]: {
    title: "This account belongs to no shop chain",
    hint: "Sign in with an account of the chain that you want to see.",
  },
  [ErrorReason.TENANT_NOT_FOUND]: { title: "This tenant does not exist", hint: "It may have been deleted." },
  [ErrorReason.SITE_NOT_FOUND]: { title: "This site does not exist", hint: "It may have been deleted." },
  [ErrorReason.CAMERA_NOT_FOUND]: { title: "This camera does not exist", hint: "It may have been deleted." },
  [ErrorReason.VISIT_NOT_FOUND]: {
    title: "This visit does not exist",
    hint: "It may have been joined with another one.",
  },
  [ErrorReason.IMAGE_NOT_FOUND]: { title: "There is no image", hint: "Images are kept for 30 days." },
  [ErrorReason.MODEL_MISMATCH]: {
    title: "The face was measured by another model",
    hint: "Update the edge worker.",
  },
  [ErrorReason.NOT_EMPTY]: {
    title: "It is still in use",
    hint: "Remove what it holds first.",
  },
  [ErrorReason.ALREADY_EXISTS]: { title: "This name is taken", hint: "Choose another name." },
  [ErrorReason.REVISION_COMPACTED]: {
    title: "You were away for long",
    hint: "The list is being read again.",
  },
  [ErrorReason.EDGE_REPLACED]: { title: "Another worker took over", hint: "Only one worker may use a key." },
  [ErrorReason.PROTOCOL_VIOLATION]: {
    title: "The server did not understand the console",
    hint: "Reload the page.",
  },
  [ErrorReason.INDEX_UNAVAILABLE]: {
    title: "Recognition is not available now",
    hint: "Nothing was changed. Try again in a moment.",
  },
  [ErrorReason.STORE_UNAVAILABLE]: {
    title: "The data cannot be reached now",
    hint: "Nothing was changed. Try again in a moment.",
  },
  [ErrorReason.INTERNAL]: {
    title: "Something went wrong on the server",
    hint: "Try again. If it stays, tell your operator.",
  },
  [ErrorReason.BAD_PAGE_TOKEN]: {
    title: "This page of the list is no longer valid",
    hint: "Start again from the first page.",
  },
  [ErrorReason.DRAINING]: {
    title: "This server is stopping",
    hint: "Another one takes over. Try again in a moment.",
  },
  [ErrorReason.CORE_UNAVAILABLE]: {
    title: "Footfall cannot be reached",
    hint: "The core does not answer. It is tried again by itself.",
  },
  [ErrorReason.LINK_SILENT]: {
    title: "The connection was silent for too long",
    hint: "It is being opened again.",
  },
  [ErrorReason.CUSTOMER_NOT_FOUND]: {
    title: "This customer does not exist",
    hint: "The customer may have been forgotten.",
  },
  [ErrorReason.MERGE_NOT_FOUND]: { title: "This merge does not exist", hint: "Reload the list." },
  [ErrorReason.SUGGESTION_NOT_FOUND]: {
    title: "This suggestion is gone",
    hint: "Somebody acted on it, or it no longer holds.",
  },
  [ErrorReason.EVENT_NOT_FOUND]: {
    title: "There is no explanation",
    hint: "Explanations are kept for 30 days.",
  },
  [ErrorReason.CANNOT_LINK]: {
    title: "These are two people",
    hint: "A camera saw both at once, or somebody marked them as distinct. Give a reason to merge them anyway.",
  },
  [ErrorReason.ALREADY_MERGED]: {
    title: "This customer is part of another one already",
    hint: "Open the other customer, or undo that merge first.",
  },
  [ErrorReason.MERGE_UNDONE]: { title: "This merge was undone before", hint: "There is nothing left to undo." },
  [ErrorReason.NOT_ENOUGH_FACES]: {
    title: "Too few faces are known for this",
    hint: "To measure, wait until more people came more than once. To leave somebody out, use a picture.",
  },
  [ErrorReason.MODEL_CHANGE_NOT_FOUND]: {
    title: "This change of the model does not exist",
    hint: "Reload the list.",
  },
  [ErrorReason.MODEL_CHANGE_STATE]: {
    title: "The change of the model does not allow this now",
    hint: "Look at how far it is.",
  },
  [ErrorReason.MODEL_UNKNOWN]: {
    title: "This model is not installed",
    hint: "An operator has to pull it first.",
  },
  [ErrorReason.INDEX_FULL]: {
    title: "The face index has no room for another tenant",
    hint: "An operator can change how the index keeps tenants apart.",
  },
  [ErrorReason.RATE_LIMITED]: { title: "Too many requests", hint: "Wait a moment and try again." },
  [ErrorReason.TOO_MANY_ATTEMPTS]: {
    title: "Too many wrong passwords",
    hint: "Wait before you try again. An administrator can give you a new password.",
  },
  [ErrorReason.USER_NOT_FOUND]: { title: "This account does not exist", hint: "It may have been deleted." },
  [ErrorReason.API_KEY_NOT_FOUND]: { title: "This API key does not exist", hint: "Reload the list." },
  [ErrorReason.JOIN_TOKEN_NOT_FOUND]: {
    title: "This join token does not exist",
    hint: "It may have been used already.",
  },
  [ErrorReason.CERTIFICATE_NOT_FOUND]: { title: "This certificate does not exist", hint: "Reload the list." },
  [ErrorReason.NO_CERTIFICATE_AUTHORITY]: {
    title: "This installation gives no certificates",
    hint: "An operator has to make its certificate authority first.",
  },
  [ErrorReason.IDENTITY_PROVIDER_NOT_FOUND]: {
    title: "This way to sign in does not exist",
    hint: "Reload the page.",
  },
  [ErrorReason.IDENTITY_PROVIDER_UNAVAILABLE]: {
    title: "The other sign-in service does not answer",
    hint: "Try again in a moment.",
  },
  [ErrorReason.NO_ROLE]: {
    title: "Your account has no role here",
    hint: "Ask whoever manages your groups for access to Footfall.",
  },
  [ErrorReason.LAST_ADMIN]: {
    title: "This is the last administrator",
    hint: "Make somebody else an administrator first.",
  },
  [ErrorReason.WORKER_NOT_FOUND]: { title: "This worker does not exist", hint: "Its site may have been closed." },
  [ErrorReason.WORKER_OFFLINE]: {
    title: "The worker in the shop does not answer",
    hint: "Look whether its machine is on and has a network.",
  },
  [ErrorReason.IMAGES_NOT_ALLOWED]: {
    title: "Pictures of this camera stay in the shop",
    hint: "The settings of the site or the camera say so.",
  },
  [ErrorReason.NO_PICTURE]: { title: "There is no picture of this camera", hint: "Look at how the camera does." },
  [ErrorReason.TOO_MANY_PREVIEWS]: {
    title: "Too many people watch cameras",
    hint: "Close another camera, or try again in a moment.",
  },
  [ErrorReason.LEASE_LOST]: {
    title: "Another worker reads this camera now",
    hint: "Nothing is lost: that one tells what it sees.",
  },
  [ErrorReason.STAFF_NOT_FOUND]: { title: "This staff member does not exist", hint: "The person may have been forgotten, or may be a customer." },
  [ErrorReason.STAFF_FACE_NOT_FOUND]: { title: "This picture is gone", hint: "Somebody deleted it. Reload the page." },
  [ErrorReason.ETAG_MISMATCH]: { title: "Somebody else changed this meanwhile", hint: "Read it again, then make your change." },
  [ErrorReason.PICTURE_UNREADABLE]: { title: "This is no picture", hint: "Take a JPEG, PNG or WebP file." },
  [ErrorReason.NO_FACE]: { title: "No face was found", hint: "Take a picture that shows the face from the front." },
  [ErrorReason.SEVERAL_FACES]: { title: "The picture shows more than one face", hint: "Cut it to the one person." },
  [ErrorReason.FACE_TOO_SMALL]: { title: "The face is too small", hint: "Come closer, or take a larger picture." },
  [ErrorReason.FACE_BLURRED]: { title: "The face is not sharp", hint: "Hold still, and clean the lens." },
  [ErrorReason.FACE_TOO_DARK]: { title: "The face is too dark", hint: "Turn towards the light." },
  [ErrorReason.FACE_TOO_BRIGHT]: { title: "The face is too bright", hint: "Step out of the strong light." },
  [ErrorReason.FACE_TOO_TURNED]: { title: "The head is turned too far", hint: "Look towards the camera." },
  [ErrorReason.LOOKS_LIKE_OTHER_STAFF]: { title: "Another staff member looks like this", hint: "Check whether the picture belongs to the other person." },
  [ErrorReason.DUPLICATE_FACE]: { title: "This picture is enrolled already", hint: "Another picture tells more." },
  [ErrorReason.TOO_MANY_FACES]: { title: "There are as many pictures as one person may have", hint: "Delete one first." },
  [ErrorReason.STAFF_LEFT]: { title: "This person left", hint: "Change the leaving date first." },
  [ErrorReason.FACE_CUT_OFF]: { title: "The edge cuts the face", hint: "Take a picture that shows the whole head." },
  [ErrorReason.FACE_LOW_CONTRAST]: { title: "The face has hardly any contrast", hint: "Take a picture in better light." },
  [ErrorReason.PICTURE_TOO_LARGE]: { title: "The picture is too large", hint: "Take one with fewer pixels." },
  [ErrorReason.WORKER_ONLINE]: {
    title: "This worker is connected",
    hint: "Switch its machine off, or revoke its certificate, before you remove it.",
  },
  [ErrorReason.JOB_NOT_FOUND]: { title: "There is no such job", hint: "The core may be of another version. Load the page again." },
  [ErrorReason.ERASURE_NOT_FOUND]: { title: "There is no such erasure", hint: "Load the list again." },
  [ErrorReason.TRACK_ERASED]: { title: "This person was erased", hint: "Nothing more of this sighting is taken, and nothing has to be done." },
  [ErrorReason.OPT_OUT_NOT_FOUND]: { title: "This entry does not exist any more", hint: "The person may have been taken off the list meanwhile. Load it again." },
  [ErrorReason.TOO_MANY_OPT_OUTS]: { title: "The list of opt-outs is full", hint: "Take off entries that are no longer in force, then try again." },
  [ErrorReason.WEBHOOK_NOT_FOUND]: { title: "There is no such webhook", hint: "It may have been removed meanwhile. Load the list again." },
  [ErrorReason.WEBHOOK_DELIVERY_NOT_FOUND]: { title: "There is no such delivery", hint: "Deliveries are kept for 7 days, then they are forgotten." },
  [ErrorReason.TOO_MANY_WEBHOOKS]: { title: "There are too many webhooks", hint: "Remove one that is no longer needed, then try again." },
  [ErrorReason.WEBHOOK_DISABLED]: { title: "The webhook is switched off", hint: "Switch it on first: nothing is sent to it meanwhile." },
  [ErrorReason.STAFF_IMPORT_NOT_FOUND]: {
    title: "This import does not exist any more",
    hint: "Imports are kept for a day. Begin it again.",
  },
  [ErrorReason.STAFF_IMPORT_STATE]: {
    title: "This import cannot go on now",
    hint: "Parts are missing, it is running, or it is finished.",
  },
  [ErrorReason.STAFF_IMPORT_UNREADABLE]: {
    title: "This file cannot be imported",
    hint: "Choose a zip file of pictures, with a folder for each person or with one CSV file in UTF-8.",
  },
};

const BY_CODE: ErrorTexts["byCode"] = {
  [Code.Unavailable]: { title: "Footfall cannot be reached", hint: "Check the connection and try again." },
  [Code.Unknown]: { title: "Footfall cannot be reached", hint: "Check the connection and try again." },
  [Code.DeadlineExceeded]: { title: "The server took too long", hint: "Try again in a moment." },
  [Code.Unauthenticated]: { title: "You are signed out", hint: "Sign in again to go on." },
  [Code.PermissionDenied]: {
    title: "Your account may not do this",
    hint: "An administrator can change what you may do.",
  },
  [Code.NotFound]: { title: "This does not exist", hint: "It may have been deleted." },
  [Code.ResourceExhausted]: { title: "Too many requests", hint: "Wait a moment and try again." },
  [Code.Unimplemented]: { title: "The server does not know this yet", hint: "It may be older than the console." },
};

const FALLBACK: ErrorText = { title: "That did not work", hint: "Try again in a moment." };

const ENGLISH: ErrorTexts = { byReason: BY_REASON, byCode: BY_CODE, fallback: FALLBACK };

export function errorText(reason: ErrorReason, code: Code): ErrorText {
  const { byReason, byCode, fallback } = (translationOf("api/errorTexts") as ErrorTexts | undefined) ?? ENGLISH;
  if (reason !== ErrorReason.UNSPECIFIED) return byReason[reason];
  return byCode[code] ?? fallback;
}
