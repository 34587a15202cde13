/** The part of Jest's reporter interface that memspec uses: Jest's own types would be one more package to depend on. */

import type { MemspecOptions } from "@memspec/core/adapter";

export interface JestGlobalConfig {
  readonly rootDir: string;
  readonly ci?: boolean;
  readonly watch?: boolean;
  readonly watchAll?: boolean;
  readonly shard?: { readonly shardIndex: number; readonly shardCount: number } | undefined;
}

export interface JestTest {
  /** Absolute. */
  readonly path: string;
  readonly context: {
    readonly config: {
      readonly id: string;
      readonly displayName?: { readonly name: string } | undefined;
      readonly testEnvironmentOptions?: { readonly memory?: MemspecOptions };
    };
  };
}

export interface JestAssertion {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: "passed" | "failed" | "skipped" | "pending" | "todo" | "disabled" | "focused";
  readonly duration?: number | null | undefined;
  readonly invocations?: number | undefined;
  readonly location?: { readonly line: number; readonly column: number } | null | undefined;
}

export interface JestTestResult {
  readonly numFailingTests: number;
  readonly skipped: boolean;
  readonly failureMessage?: string | null | undefined;
  readonly testExecError?: unknown;
  readonly testResults: readonly JestAssertion[];
  readonly perfStats?: { readonly start: number; readonly end: number };
}

/** Methods that Jest calls. */
export interface JestReporter {
  onTestFileResult(test: JestTest, result: JestTestResult): void;
  onRunComplete(): Promise<void>;
  getLastError(): Error | undefined;
}
