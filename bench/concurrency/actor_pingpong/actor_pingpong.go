package main

import "fmt"

type message struct {
	n     int
	reply chan int
}

func main() {
	mailbox := make(chan message, 16)
	go func() {
		calls := 0
		for m := range mailbox {
			calls++
			m.reply <- m.n + 1
		}
	}()
	reply := make(chan int, 1)
	n := 0
	for n < 1000000 {
		mailbox <- message{n, reply}
		n = <-reply
	}
	fmt.Println(n)
}
