/** Writes a line and waits until it is out: a process that ends at once would lose what is still buffered for a pipe. */
export function print(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${text}\n`, () => resolve()))
}

export function printError(text: string): Promise<void> {
  return new Promise((resolve) => process.stderr.write(`${text}\n`, () => resolve()))
}
