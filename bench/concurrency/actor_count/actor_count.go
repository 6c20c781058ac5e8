package main

import (
	"fmt"
	"sync"
)

type message struct {
	n     int
	reply chan int
}

func counter(mailbox chan message) {
	count := 0
	for m := range mailbox {
		if m.reply != nil {
			m.reply <- count
			continue
		}
		count += m.n
	}
}

func main() {
	mailbox := make(chan message, 1024)
	go counter(mailbox)
	var group sync.WaitGroup
	group.Add(4)
	for i := 0; i < 4; i++ {
		go func() {
			for j := 0; j < 1000000; j++ {
				mailbox <- message{n: 1}
			}
			group.Done()
		}()
	}
	group.Wait()
	reply := make(chan int)
	mailbox <- message{reply: reply}
	fmt.Println(<-reply)
}
