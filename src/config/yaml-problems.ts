import type { YAMLParseError } from 'yaml'

const EXAMPLE = 'exchangeBackend: binance'

/** What is wrong with a text as YAML, and an example of what is right. What the text says is not repeated. */
export function explainYamlError({ code, message }: Pick<YAMLParseError, 'code' | 'message'>): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'A tab stands at the beginning of the line; indent with spaces, such as two before "folder: ./journal".'
    case 'DUPLICATE_KEY':
      return 'This option is there twice; keep one of the two lines.'
    case 'BAD_INDENT':
      return `The line begins at another column than the options around it; options of one level begin at the same, such as "${EXAMPLE}" at the first.`
    case 'MULTIPLE_DOCS':
      return 'A second document begins here; take out the line "---" and what follows it.'
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
    case 'MISSING_CHAR':
    case 'UNEXPECTED_TOKEN':
      return `The line cannot be read (${lower(message)}); write a name, a colon, a space and a value, such as "${EXAMPLE}", and close every bracket and quote.`
    case 'KEY_OVER_1024_CHARS':
      return `A name is longer than 1,024 characters; write lines such as "${EXAMPLE}".`
    case 'BAD_DQ_ESCAPE':
      return "There is no such escape within double quotes; write a backslash as \\\\, or use single quotes, such as 'C:\\keys'."
    case 'BAD_SCALAR_START':
      return 'A value cannot begin with this character; put quotes around it, such as "@name".'
    case 'ALIAS_PROPS':
    case 'BAD_ALIAS':
    case 'BAD_COLLECTION_TYPE':
    case 'BAD_DIRECTIVE':
    case 'BAD_PROP_ORDER':
    case 'BLOCK_IN_FLOW':
    case 'IMPOSSIBLE':
    case 'MULTIPLE_ANCHORS':
    case 'MULTIPLE_TAGS':
    case 'NON_STRING_KEY':
    case 'RESOURCE_EXHAUSTION':
    case 'TAG_RESOLVE_FAILED':
      return `This is no plain YAML (${lower(message)}); write lines such as "${EXAMPLE}", and quotes around values with special characters.`
  }
}

/** Why a file holds no text that could be YAML; undefined where it may. */
export function explainNoText(bytes: Uint8Array): string | undefined {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return 'The file is in UTF-16; save it as UTF-8.'
  if (bytes.includes(0)) return `This is no text; give a YAML file with lines such as "${EXAMPLE}".`
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return undefined
  } catch {
    return `This is no text in UTF-8; give a YAML file with lines such as "${EXAMPLE}".`
  }
}

/** yaml's own words, which may quote what stands in the file: without that. */
function lower(message: string): string {
  const plain = message.replace(/["'`].*$/s, '').replace(/[\s.:;,]+$/, '')
  return plain.charAt(0).toLowerCase() + plain.slice(1)
}
