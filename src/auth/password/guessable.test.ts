import { expect, test } from 'vitest'
import { COMMON_PASSWORDS } from './common-passwords.ts'
import { isGuessable, wordsIn } from './guessable.ts'

const words = wordsIn(['Acme Shop', 'ada.lovelace', 'Ada Lovelace'])

test('there are at least 3,000 common passwords that the shortest policy would allow', () => {
  expect([...COMMON_PASSWORDS].filter((each) => each.length >= 8).length).toBeGreaterThan(3_000)
})

test.for([
  'passwordpassword',
  'Password12345678',
  'PASSWORD!!!!!!!!',
  'qwertyuiopasdfghjkl',
  '1qaz2wsx3edc4rfv',
  'abcdefghijklmnop',
  '9876543210987654',
  'aaaaaaaaaaaaaaaaaaaa',
  'abcabcabcabcabcabc',
  'Summer24Summer24Summer24'.replaceAll('Summer24', 'sunshine'),
  'acme-shop-acme-shop',
  'AdaLovelace2026!',
  'lovelace.lovelace.1815',
  'ｐａｓｓｗｏｒｄ１２３４５６７８',
])('what is tried first is refused: %s', (password) => {
  expect(isGuessable(password, words)).toBe(true)
})

test.for([
  'correct horse battery staple',
  'walrus carries nine lanterns',
  'football princess sunshine dragon',
  'ada keeps her engine in the loft',
  'gT7#pQ2!vX9z',
  '🦜🌋🎻🧵🪐🦀🎲🧊🥁🧲🛶🪁🦔🍋🚲',
  'el niño comió mañana',
])('what has a rest of its own is taken: %s', (password) => {
  expect(isGuessable(password, words)).toBe(false)
})

test('a thousand characters are taken', () => {
  expect(isGuessable('x marks what nobody else remembers '.repeat(28) + 'but one', words)).toBe(false)
})
