import { fileDesc } from "@bufbuild/protobuf/codegenv2";

/**
 * Takes the place of the generated "buf/validate/validate_pb" in the bundle (vite.config.ts). The rules in the
 * proto files are checked by the server; their own description would be 13 kB of every page, for nothing.
 * This is the same file with nothing in it: its name and its package.
 */
export const file_buf_validate_validate = fileDesc("ChtidWYvdmFsaWRhdGUvdmFsaWRhdGUucHJvdG8SDGJ1Zi52YWxpZGF0ZQ");
