import { render } from 'preact'
import 'uplot/dist/uPlot.min.css'
import './styles/page.css'
import './styles/panels.css'
import './styles/charts.css'
import { App } from './app.tsx'
import { BrowserClock } from './browser-clock.ts'
import { Actions } from './model/actions.ts'
import { Connection } from './model/connection.ts'
import { PageStore } from './model/page-store.ts'
import { PageContext, type Page } from './page.ts'
import { Theme } from './theme.ts'
import { openWebSocket } from './web-socket-link.ts'

const store = new PageStore()
const actions = new Actions((message) => connection.send(message))

// However much comes, it is drawn once before each painting, and never while nobody looks.
let isDue = false
function showSoon(): void {
  if (isDue) return
  isDue = true
  requestAnimationFrame(() => {
    isDue = false
    store.show()
  })
}

let version: string | undefined

const connection = new Connection({
  open: openWebSocket,
  clock: new BrowserClock(),
  onState: (state) => {
    store.connection.value = state
    if (state.phase === 'waiting') actions.onDisconnected()
  },
  onMessage: (message) => {
    if (message.kind === 'reply') {
      actions.onReply(message)
      return
    }
    if (message.kind === 'hello') {
      version ??= message.version
      // A newer service comes with a newer page.
      if (version !== message.version) location.reload()
    }
    store.receive(message)
    const pair = store.selectedPair.peek()
    if (message.kind === 'hello' && message.pairs.some((each) => each.pair === pair))
      connection.send({ kind: 'select', pair })
    showSoon()
  },
})

const page: Page = {
  store,
  actions,
  theme: new Theme(),
  select: (pair) => {
    if (pair === store.selectedPair.value) return
    store.selectedPair.value = pair
    store.selected.value = null
    connection.send({ kind: 'select', pair })
  },
  reconnect: () => connection.connect(),
}

connection.connect()
render(
  <PageContext.Provider value={page}>
    <App />
  </PageContext.Provider>,
  document.getElementById('page') ?? document.body,
)
