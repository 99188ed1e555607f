import { CameraOutlined, PictureOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useState } from "react";

import { PICTURE_TYPES, pickPictures } from "../../components/faces/enrolment/pictureFiles";
import { WebcamCapture } from "../../components/faces/enrolment/WebcamCapture";
import { FileDropZone } from "../../components/fields/FileDropZone";
import { Sheet } from "../../components/overlay/Sheet";
import { fileRefusal, type PictureRefusal } from "./refusal";
import { t } from "./texts";

/** Takes one picture of a face: by drop, from a file, or with a camera of this device. */
export function PictureInput(props: {
  title: string;
  hint: string;
  /** What is done with a picture of the camera. */
  use: string;
  disabled: boolean;
  onPicture: (picture: Blob) => void;
  /** A file that is no picture. */
  onRefused: (refusal: PictureRefusal) => void;
}) {
  const { title, hint, use, disabled, onPicture, onRefused } = props;
  const [webcam, setWebcam] = useState(false);
  const take = (files: readonly File[]) => {
    const { taken, left } = pickPictures(files, 1);
    const [picture] = taken;
    const [refused] = left;
    if (picture) onPicture(picture);
    else if (refused && refused.fault !== "count") onRefused(fileRefusal(refused.fault));
  };
  return (
    <>
      <FileDropZone
        icon={<PictureOutlined />}
        accept={PICTURE_TYPES}
        title={title}
        hint={hint}
        choose={t("chooseFile")}
        multiple={false}
        takesPaste={false}
        disabled={disabled}
        onFiles={take}
      >
        <Button
          icon={<CameraOutlined aria-hidden="true" />}
          disabled={disabled}
          onClick={() => {
            setWebcam(true);
          }}
        >
          {t("useCamera")}
        </Button>
      </FileDropZone>
      {webcam && (
        <Sheet
          title={t("useCamera")}
          shape="middle"
          onClose={() => {
            setWebcam(false);
          }}
        >
          <WebcamCapture
            use={use}
            onPicture={(picture) => {
              setWebcam(false);
              onPicture(picture);
            }}
            onClose={() => {
              setWebcam(false);
            }}
          />
        </Sheet>
      )}
    </>
  );
}
