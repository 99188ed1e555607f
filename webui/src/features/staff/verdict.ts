import { RecognitionOutcome, type TestRecognitionResponse } from "../../api/gen/footfall/v1/staff_service_pb";
import { t } from "./texts";

/** What a test came to, in words that need no figures. */
export interface Verdict {
  /** good: taken for the member; other: for somebody else; open: for nobody. */
  readonly tone: "good" | "other" | "open";
  readonly title: string;
  readonly hint: string;
}

/** Whether a camera would take the picture for the staff member `name`, and what it would do with it. */
export function verdictOf(answer: TestRecognitionResponse, name: string, best: string | undefined): Verdict {
  if (answer.recognised) return { tone: "good", title: t("testYes", { name }), hint: t("testYesHint") };
  const somebody = best ?? t("somebody");
  switch (answer.outcome) {
    case RecognitionOutcome.STAFF:
      return { tone: "other", title: t("testOtherStaff", { name: somebody }), hint: t("testOtherStaffHint", { name }) };
    case RecognitionOutcome.CUSTOMER:
      return { tone: "other", title: t("testCustomer", { name: somebody }), hint: t("testCustomerHint", { name }) };
    case RecognitionOutcome.UNDECIDED:
      return { tone: "open", title: t("testUndecided"), hint: t("testUndecidedHint", { name: somebody }) };
    case RecognitionOutcome.TOO_POOR:
      return { tone: "open", title: t("testPoor"), hint: t("testPoorHint") };
    case RecognitionOutcome.NOBODY:
    case RecognitionOutcome.UNSPECIFIED:
      return { tone: "open", title: t("testNobody"), hint: t("testNobodyHint", { name }) };
  }
}
