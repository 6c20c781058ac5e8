package main

import (
	"fmt"
	"sync"
)

type message struct {
	n     int
	reply chan int
}

func member(mailbox chan message) {
	heard := 0
	for m := range mailbox {
		if m.reply != nil {
			m.reply <- heard
			continue
		}
		heard += m.n
	}
}

func main() {
	var members []chan message
	for i := 0; i < 50; i++ {
		mailbox := make(chan message, 64)
		members = append(members, mailbox)
		go member(mailbox)
	}
	var group sync.WaitGroup
	group.Add(50)
	for i := 0; i < 50; i++ {
		go func() {
			for round := 0; round < 1000; round++ {
				for _, m := range members {
					m <- message{n: 1}
				}
			}
			group.Done()
		}()
	}
	group.Wait()
	heard := 0
	reply := make(chan int)
	for _, m := range members {
		m <- message{reply: reply}
		heard += <-reply
	}
	fmt.Println(heard)
}
