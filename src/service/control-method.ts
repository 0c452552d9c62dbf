import type { z } from 'zod'
import { QtxError } from '../errors.ts'
import type { ServiceContext } from './service-context.ts'

/** One thing that can be asked of a running service. */
export interface ControlMethod<Input = unknown, Result = unknown> {
  /** For documentation. */
  readonly summary: string
  readonly params: z.ZodType<unknown, Input>
  /** After so long it is answered as timed out, milliseconds; what it began goes on. */
  readonly timeoutMs: number
  /** What a client is to assume when no answer comes: whether an order may have been sent or canceled. */
  readonly isOutcomeAtStake: boolean
  /** @throws QtxError `QTX_SERVICE_REQUEST` for wrong parameters, and what the method fails with. */
  answer(context: ServiceContext, params: unknown): Promise<Result> | Result
}

/** One thing that can be followed. It is looked at every so often, and only when its reader has read what came before. */
export interface ControlStream<Input = unknown, Item = unknown> {
  readonly summary: string
  readonly params: z.ZodType<unknown, Input>
  readonly everyMs: number
  /**
   * Gives a look-up of what is to be told now; undefined from it: nothing new.
   * @throws QtxError as `ControlMethod.answer` does.
   */
  open(context: ServiceContext, params: unknown): () => Item | undefined
}

const USUAL_TIMEOUT_MS = 10_000

/** A row of the table of methods. */
export function method<Input, Params, Result>(row: {
  readonly summary: string
  readonly params: z.ZodType<Params, Input>
  readonly timeoutMs?: number
  readonly isOutcomeAtStake?: boolean
  readonly run: (context: ServiceContext, params: Params) => Promise<Result> | Result
}): ControlMethod<Input, Result> {
  const { summary, params: schema, timeoutMs = USUAL_TIMEOUT_MS, isOutcomeAtStake = false, run } = row
  return {
    summary,
    params: schema,
    timeoutMs,
    isOutcomeAtStake,
    answer: (context, params) => run(context, readParams(schema, params)),
  }
}

/** A row of the table of streams. */
export function stream<Input, Params, Item>(row: {
  readonly summary: string
  readonly params: z.ZodType<Params, Input>
  readonly everyMs: number
  readonly open: (context: ServiceContext, params: Params) => () => Item | undefined
}): ControlStream<Input, Item> {
  const { summary, params: schema, everyMs, open } = row
  return {
    summary,
    params: schema,
    everyMs,
    open: (context, params) => open(context, readParams(schema, params)),
  }
}

/** @throws QtxError `QTX_SERVICE_REQUEST`, naming what is wrong. */
function readParams<Params>(schema: z.ZodType<Params>, params: unknown): Params {
  const read = schema.safeParse(params)
  if (read.success) return read.data
  const problems = read.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.map(String).join('.')}: ${message}` : message,
  )
  throw new QtxError('QTX_SERVICE_REQUEST', `the parameters are wrong: ${problems.join('; ')}`, {
    remedy: 'correct the parameters that the message names',
  })
}
