import { Button } from "antd";
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from "react";

/**
 * Takes files from the file chooser, by drop and by paste. Whoever has no mouse uses the button; the area around
 * it only catches what falls. What is of another type is given as well: its owner says why it is not taken.
 */
export function FileDropZone(props: {
  icon: ReactNode;
  /** What the file chooser offers: media types, or endings with their dot. */
  accept: readonly string[];
  title: string;
  hint: ReactNode;
  choose: string;
  multiple: boolean;
  /** Whether a file that is pasted anywhere on the page is for this one: at most one on a page. */
  takesPaste: boolean;
  disabled: boolean;
  onFiles: (files: readonly File[]) => void;
  /** What else can be done here, beside the button. */
  children?: ReactNode;
}) {
  const { icon, accept, title, hint, choose, multiple, takesPaste, disabled, onFiles, children } = props;
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null | undefined) => {
    if (!disabled && files && files.length > 0) onFiles([...files]);
  };
  const onPaste = useEffectEvent((event: ClipboardEvent) => {
    if (!takesPaste) return;
    // Text that is pasted into a field is the field's; a dialog above the page has its own.
    if (event.target instanceof Element && event.target.closest("input, textarea, dialog") !== null) return;
    take(event.clipboardData?.files);
  });
  useEffect(() => {
    const listen = (event: ClipboardEvent) => {
      onPaste(event);
    };
    document.addEventListener("paste", listen);
    // A file that misses the zone would replace the page.
    document.addEventListener("dragover", keepPage);
    document.addEventListener("drop", keepPage);
    return () => {
      document.removeEventListener("paste", listen);
      document.removeEventListener("dragover", keepPage);
      document.removeEventListener("drop", keepPage);
    };
  }, []);
  return (
    <div
      data-testid="drop-zone"
      className={`flex flex-col items-center gap-3 rounded-2xl border border-dashed px-5 py-8 text-center transition-colors ${
        over && !disabled ? "border-brand bg-tint text-tint-ink" : "border-edge"
      }`}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = disabled ? "none" : "copy";
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node) || !event.currentTarget.contains(event.relatedTarget)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <span aria-hidden="true" className="text-2xl">
        {icon}
      </span>
      <div>
        <p className="font-medium">{title}</p>
        <p className="text-quiet">{hint}</p>
      </div>
      <div className="flex flex-wrap justify-center gap-3">
        <Button
          disabled={disabled}
          onClick={() => {
            input.current?.click();
          }}
        >
          {choose}
        </Button>
        {children}
      </div>
      <input
        ref={input}
        type="file"
        hidden
        data-testid="file-input"
        accept={accept.join(",")}
        multiple={multiple}
        onChange={(event) => {
          take(event.target.files);
          // The same file can be chosen again after it was corrected.
          event.target.value = "";
        }}
      />
    </div>
  );
}

function keepPage(event: DragEvent): void {
  if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault();
}
