import { PICTURE_BYTES_MAX } from "./pictureFiles";

/** More than enough for a face that fills the picture, and below the core's bound on bytes. */
const LONGEST_SIDE_PX = 2560;
const JPEG_QUALITY = 0.9;

/**
 * The picture as it can be sent. A large photograph is made smaller here, upright as its EXIF data says; one
 * that fits already goes as it is, so that the core judges what was chosen.
 *
 * @throws DOMException when the browser cannot read it.
 */
export async function fitPicture(picture: Blob): Promise<Blob> {
  if (picture.size <= PICTURE_BYTES_MAX) return picture;
  const bitmap = await createImageBitmap(picture, { imageOrientation: "from-image" });
  try {
    const scale = Math.min(1, LONGEST_SIDE_PX / Math.max(bitmap.width, bitmap.height));
    return await drawJpeg(bitmap, Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  } finally {
    bitmap.close();
  }
}

/** A JPEG of `source`, width by height pixels. */
export async function drawJpeg(source: CanvasImageSource, width: number, height: number): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  if (!pen) throw new DOMException("the browser gives no canvas", "InvalidStateError");
  pen.drawImage(source, 0, 0, width, height);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => {
        if (blob) resolve(blob);
        else reject(new DOMException("the picture could not be encoded", "EncodingError"));
      },
      "image/jpeg",
      JPEG_QUALITY,
    );
  });
}
