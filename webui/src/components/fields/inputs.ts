/**
 * AntD's text inputs by themselves: its "Input" carries every kind of input along, also a text area, a search and
 * a field for one-time codes, which weigh more than the page that signs in.
 */
export { default as TextInput } from "antd/es/input/Input";
export { default as PasswordInput } from "antd/es/input/Password";
