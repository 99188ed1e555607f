import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";

import { toAppError } from "../../api/errors";
import { type Staff, StaffService } from "../../api/gen/footfall/v1/staff_service_pb";
import { ErrorAlert } from "../../components/feedback/ErrorAlert";
import { FormField } from "../../components/fields/FormField";
import { TextInput } from "../../components/fields/inputs";
import { Sheet } from "../../components/overlay/Sheet";
import { staffName } from "./staffName";
import { t } from "./texts";

/** Asks for the person's name before everything about the person goes: it cannot be undone. */
export function DeleteStaffDialog(props: { staff: Staff; onClose: () => void; onDeleted: () => void }) {
  const { staff, onClose, onDeleted } = props;
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const name = staffName(staff);
  const sure = typed.trim().toLocaleLowerCase() === name.toLocaleLowerCase();
  const deletion = useMutation(StaffService.method.deleteStaff, {
    onSuccess: () => {
      onDeleted();
      // Whoever is read again from here on is not there: nothing of the person is kept in this tab either.
      queries.clear();
    },
  });
  const failure = deletion.error ? toAppError(deletion.error) : undefined;
  return (
    <Sheet title={t("deleteTitle", { name })} shape="middle" onClose={onClose}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (sure && !deletion.isPending) deletion.mutate({ staffId: staff.staffId });
        }}
      >
        <p>{t("deleteNote")}</p>
        <p>{t("deleteRather")}</p>
        <FormField id="delete-name" label={t("typeName", { name })}>
          <TextInput
            id="delete-name"
            autoComplete="off"
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
            }}
          />
        </FormField>
        {failure && <ErrorAlert {...failure} requestId={failure.metadata.request_id} />}
        <div className="flex justify-end gap-3">
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" danger htmlType="submit" disabled={!sure} loading={deletion.isPending}>
            {t("deleteForGood")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
