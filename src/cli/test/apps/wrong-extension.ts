import './hello.js'
