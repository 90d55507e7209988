/** `order_lines` becomes `OrderLine`. English only; the option `name` says it better where this does not. */
export function singularName(table: string): string {
  const words = table.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/).filter((word) => word !== '')
  return words.map((word, index) => capital(index === words.length - 1 ? singular(word) : word)).join('')
}

/** `order_lines` becomes `/order-lines`. */
export function pathOf(table: string): string {
  return `/${table
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase()}`
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function singular(word: string): string {
  if (/ies$/i.test(word)) return `${word.slice(0, -3)}y`
  if (/(?:ss|us|is)$/i.test(word)) return word
  if (/(?:x|ch|sh|ss)es$/i.test(word)) return word.slice(0, -2)
  return /s$/i.test(word) ? word.slice(0, -1) : word
}
