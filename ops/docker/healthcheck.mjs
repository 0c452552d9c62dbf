// Ends with 0 when the service answers at /health, with 1 otherwise. Needs nothing but Node.
const port = process.env.QTX_HTTP_PORT ?? '9464'
const token = process.env.QTX_HTTP_TOKEN
try {
  const { ok } = await fetch(`http://127.0.0.1:${port}/health`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
    signal: AbortSignal.timeout(4_000),
  })
  process.exitCode = ok ? 0 : 1
} catch {
  process.exitCode = 1
}
