import js from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const to = (...type) => ({ to: { element: { type } } });

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/gen", "src/api/rpc", "test-results", "playwright-report"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.js", "tools/*.mjs"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allow: [{ name: "bigint", from: "lib" }] }],
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": reactHooks, boundaries },
    settings: {
      "import/resolver": { typescript: { project: "tsconfig.app.json" } },
      "boundaries/elements": [
        { type: "gen", pattern: "src/api/gen" },
        { type: "gen", pattern: "src/api/rpc" },
        { type: "api", pattern: "src/api" },
        { type: "i18n", pattern: "src/i18n" },
        { type: "time", pattern: "src/time" },
        { type: "components", pattern: "src/components" },
        { type: "panels", pattern: "src/panels" },
        { type: "feature", pattern: "src/features/*", capture: ["area"] },
        { type: "theme", pattern: "src/theme" },
        { type: "testing", pattern: "src/testing" },
        { type: "app", pattern: "src/app" },
      ],
      "boundaries/ignore": ["src/**/*.test.{ts,tsx}"],
    },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          policies: [
            { from: { element: { type: "gen" } }, allow: to("gen") },
            { from: { element: { type: "i18n" } }, allow: to("i18n") },
            { from: { element: { type: "api" } }, allow: to("gen", "api", "i18n") },
            { from: { element: { type: "time" } }, allow: to("time", "i18n") },
            { from: { element: { type: "theme" } }, allow: to("theme") },
            { from: { element: { type: "components" } }, allow: to("components", "theme", "gen", "time", "i18n") },
            // Parts of pages that read the server and that several features show.
            { from: { element: { type: "panels" } }, allow: to("panels", "api", "gen", "components", "time", "i18n") },
            { from: { element: { type: "feature" } }, allow: to("panels", "api", "gen", "components", "theme", "time", "i18n") },
            {
              from: { element: { type: "feature" } },
              allow: { to: { element: { type: "feature", captured: { area: "{{from.element.captured.area}}" } } } },
            },
            { from: { element: { type: "app" } }, allow: to("app", "feature", "api", "gen", "components", "theme", "time", "i18n") },
            { from: { element: { type: "testing" } }, allow: to("testing", "app", "feature", "api", "gen", "theme", "i18n") },
          ],
        },
      ],
    },
  },
  {
    // React Router's idiom is to throw a redirect.
    files: ["src/app/router.tsx", "src/app/guard.ts"],
    rules: { "@typescript-eslint/only-throw-error": "off" },
  },
  {
    files: ["**/*.test.{ts,tsx}", "src/testing/**", "e2e/**"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off", "@typescript-eslint/require-await": "off" },
  },
  {
    files: ["**/*.{js,mjs}"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly", document: "readonly", getComputedStyle: "readonly" } },
  },
);
