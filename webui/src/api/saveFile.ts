/** Hands a file to the browser, which puts it where downloads go. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken the file when the click is over; the memory is given back after that.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, 0);
}
