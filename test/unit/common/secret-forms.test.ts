import { describe, expect, test } from 'vitest'
import fc from '../../support/seeded-fast-check.ts'
import { REDACTED, SecretForms, withoutNamedSecrets } from '../../../src/common/secret-forms.ts'

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)
const secret = fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 64 })

describe('secrets are taken out of a text', () => {
  test('in whatever form they stand in it, and nothing else is', () => {
    fc.assert(
      fc.property(secret, fc.nat({ max: 5 }), fc.nat({ max: 2 }), (planted, depth, before) => {
        const forms = new SecretForms([planted])
        let nested = planted
        for (let i = 0; i < depth; i++) nested = inJson(nested)
        const bytes = Buffer.from(planted)
        const around = Buffer.from('x'.repeat(before))
        for (const form of [
          nested,
          encodeURIComponent(planted),
          bytes.toString('hex'),
          bytes.toString('hex').toUpperCase(),
          bytes.toString('base64'),
          bytes.toString('base64url'),
          encodeURIComponent(bytes.toString('base64')),
        ]) {
          expect(forms.isIn('no', undefined, `«${form}»`)).toBe(true)
          const without = forms.takeOut(`«${form}»`)
          expect(without).toContain(REDACTED)
          expect(without).not.toContain(form)
          expect(without.startsWith('«') && without.endsWith('»')).toBe(true)
        }
        const basic = Buffer.concat([around, bytes, around]).toString('base64')
        // What may be left tells of less than one group of three bytes at either end.
        expect(forms.takeOut(basic).replace(REDACTED, '').length).toBeLessThanOrEqual(12)
      }),
    )
  })

  test('and a text without them stays as it is', () => {
    const forms = new SecretForms(['planted-secret', undefined, '', 'abc'])
    const text = 'abc order 1234 was refused: margin is insufficient'
    expect(forms.isIn(text)).toBe(false)
    expect(forms.takeOut(text)).toBe(text)
    expect(new SecretForms([]).takeOut(text)).toBe(text)
  })
})

test('what is named like a signature or a key loses its value, whoever’s it is', () => {
  const text = '?a=1&signature=0badc0ffee&b=2 {"OK-ACCESS-SIGN":"c2lnbg==","listenKey": "abcdefgh"}'
  expect(withoutNamedSecrets(text)).toBe(
    `?a=1&signature=${REDACTED}&b=2 {"OK-ACCESS-SIGN":"${REDACTED}","listenKey": "${REDACTED}"}`,
  )
})
