/** Says that the answer depends on this header of the request, given in lower case, beside those that are named already. */
export function addVary(headers: Map<string, string>, name: string): void {
  const given = headers.get('vary')
  if (given === undefined || given === '') headers.set('vary', name)
  else if (!namesOf(given).some((each) => each === '*' || each === name)) headers.set('vary', `${given}, ${name}`)
}

function namesOf(vary: string): string[] {
  return vary
    .toLowerCase()
    .split(',')
    .map((each) => each.trim())
}
