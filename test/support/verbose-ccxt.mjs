// Loaded before a program: every exchange of ccxt is verbose from then on. At the end it says how often that was asked.
import { Exchange } from 'ccxt'

let asked = 0
Object.defineProperty(Exchange.prototype, 'verbose', {
  get: () => {
    asked++
    return true
  },
  set: () => undefined,
})
process.on('exit', () => process.stderr.write(`ccxt asked ${asked} times whether it is verbose\n`))
