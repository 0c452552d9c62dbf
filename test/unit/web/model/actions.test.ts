import { describe, expect, test } from 'vitest'
import type { ClientMessage } from '../../../../src/dashboard/page-frames.ts'
import { Actions, type ActionRequest } from '../../../../web/src/model/actions.ts'

const CANCEL: ActionRequest = {
  action: 'cancel',
  pair: 'BTC-USDT',
  clientOrderId: 'order-1',
  question: 'Cancel it?',
  verb: 'Cancel order',
}
const OTHER: ActionRequest = { ...CANCEL, clientOrderId: 'order-2' }

function rig(isConnected = true) {
  const sent: ClientMessage[] = []
  const actions = new Actions((message) => {
    if (isConnected) sent.push(message)
    return isConnected
  })
  const told = (): unknown[] => actions.toasts.value.map(({ ok, text }) => [ok, text])
  return { actions, sent, told }
}

describe('what is asked of the service', () => {
  test('is sent after it was confirmed, and only then', () => {
    const { actions, sent } = rig()
    actions.ask(CANCEL)
    expect([actions.asked.value, sent]).toEqual([CANCEL, []])
    actions.dismiss()
    actions.confirm()
    expect([actions.asked.value, sent]).toEqual([null, []])
    actions.ask(CANCEL)
    actions.confirm()
    expect(sent).toEqual([
      { kind: 'action', id: 1, action: 'cancel', pair: 'BTC-USDT', clientOrderId: 'order-1' },
    ])
  })

  test('is not sent again before the answer, however often it is asked for', () => {
    const { actions, sent, told } = rig()
    actions.ask(CANCEL)
    actions.confirm()
    actions.confirm()
    actions.ask(CANCEL)
    expect(actions.asked.value).toBeNull()
    actions.confirm()
    expect(sent).toHaveLength(1)
    expect([actions.isPending(CANCEL), actions.isPending(OTHER)]).toEqual([true, false])
    actions.onReply({ kind: 'reply', id: 1, ok: true, text: 'order order-1 is canceled' })
    expect(actions.isPending(CANCEL)).toBe(false)
    expect(told()).toEqual([[true, 'order order-1 is canceled']])
  })

  test('two requests wait for their own answers; an answer to nothing is passed over', () => {
    const { actions, told } = rig()
    for (const request of [CANCEL, OTHER]) {
      actions.ask(request)
      actions.confirm()
    }
    actions.onReply({ kind: 'reply', id: 99, ok: true, text: 'not ours' })
    actions.onReply({ kind: 'reply', id: 2, ok: false, text: 'no open order has the id' })
    expect([actions.isPending(CANCEL), actions.isPending(OTHER)]).toEqual([true, false])
    expect(told()).toEqual([[false, 'no open order has the id']])
  })

  test('whose answer was lost with the connection may have been done, is told so, and is not sent again', () => {
    const { actions, sent, told } = rig()
    actions.ask(CANCEL)
    actions.confirm()
    actions.ask(OTHER)
    actions.onDisconnected()
    expect(actions.isPending(CANCEL)).toBe(false)
    expect(actions.asked.value).toBeNull()
    expect(told()).toEqual([[false, expect.stringContaining('may have been done or not')]])
    actions.onReply({ kind: 'reply', id: 1, ok: true, text: 'late' })
    expect([told().length, sent.length]).toEqual([1, 1])
  })

  test('without a connection is not sent, and not later either', () => {
    const { actions, sent, told } = rig(false)
    actions.ask(CANCEL)
    actions.confirm()
    expect([sent, actions.isPending(CANCEL)]).toEqual([[], false])
    expect(told()).toEqual([[false, 'Not sent: the page is not connected']])
  })
})
