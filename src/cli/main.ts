#!/usr/bin/env node
import { exitCodeOf } from './exit-codes.ts'
import { printError } from './output.ts'
import { runProgram } from './program.ts'

const GRACE_MS = 2_000

// A reader that went away, as in `qtx … | head`, is no error; the commands end by it.
process.stdout.on('error', ignoreBrokenPipe)
process.stderr.on('error', ignoreBrokenPipe)

process.on('uncaughtException', (error) => {
  printError(error, process.argv.includes('--debug'))
  process.exit(exitCodeOf(error))
})

process.exitCode = await runProgram(process.argv)
// Everything has been stopped, so the process ends by itself; should something hold it, it ends all the same.
setTimeout(() => process.exit(), GRACE_MS).unref()

function ignoreBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
