import fc from 'fast-check'

/** Property tests draw the same values every time; `QTX_PROPERTY_SEED=…` has them draw others. */
const seed = Number(process.env['QTX_PROPERTY_SEED'] ?? 20_261_122)
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })

export default fc
