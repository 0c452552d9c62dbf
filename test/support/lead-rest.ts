import type { Exchange } from 'ccxt'
import type { SimulatedExchange } from '../../src/simulator/exchange/simulated-exchange.ts'

/** Leads a client of ccxt's, as it is, with every REST request to the simulator, whatever host it was for. */
export async function leadRestTo(exchange: SimulatedExchange, client: Exchange): Promise<void> {
  client.has['fetchCurrencies'] = false
  client.fetchImplementation = (url: string, init: RequestInit) => {
    const { pathname, search } = new URL(url)
    return fetch(exchange.restUrl + pathname + search, init)
  }
  await client.loadHttpProxyAgent()
}
